"""`[p]shoppexset testsale`: a whole purchase with no money."""
