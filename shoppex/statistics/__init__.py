"""`[p]shoppex stats`: figures, the picture and the table."""
