"""`[p]shoppex`: looking at orders and acting on them, for staff."""
