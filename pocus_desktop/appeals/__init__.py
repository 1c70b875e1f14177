"""What an appeal needs: a sitting told from its sealed journal alone, moment by moment; without Qt or a disk."""
