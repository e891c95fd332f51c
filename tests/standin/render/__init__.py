"""The JSON shapes of answers and webhook payloads, under the switches."""
