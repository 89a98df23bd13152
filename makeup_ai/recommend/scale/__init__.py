"""Large catalogues: columns on disk instead of JSON, bounds instead of whole sums, and an index of vectors.

Nothing here changes what a product is worth: every product offered is offered by its exact sum. What changes is how
many products are summed.
"""
