"""The item writer's preview: the candidate's own screens beside the problems of the source."""
