"""The candidate's face: from sign-in to receipt."""
