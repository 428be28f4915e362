"""Lists of questions for measuring retrieval, read as rows. What is wrong others say."""
