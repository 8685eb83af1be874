"""MLflow over its REST API, and the embedded `mlflow server`; never MLflow's own library."""
