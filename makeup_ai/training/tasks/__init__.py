"""One file a task: labels, head, loss, metric, decoding."""
