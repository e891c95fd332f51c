"""One step for each kind of difference between what is owed and what is there."""
