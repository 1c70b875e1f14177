"""The composition root: the one room that knows every face and joins them."""
