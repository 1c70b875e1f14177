"""Where the hub keeps bytes outside its database: a folder, or a bucket of an S3 service."""
