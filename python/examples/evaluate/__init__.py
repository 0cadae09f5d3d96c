"""What the examples of generative models share: data with its hashes, figures of merit, rivals, one table."""
