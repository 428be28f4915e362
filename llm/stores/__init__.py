"""Where the vectors are kept: one contract, Qdrant's engine in-process, Qdrant's server."""
