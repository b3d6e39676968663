"""Machine data, which can be deleted and computed again."""
