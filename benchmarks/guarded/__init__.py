"""What a fully guarded execution costs, beside policies stacked by hand on stock Celery."""
