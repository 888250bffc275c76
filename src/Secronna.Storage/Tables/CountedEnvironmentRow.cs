namespace Secronna.Storage.Tables;

/// <summary>An environment, for a check of its count of secrets.</summary>
/// <param name="Id">The environment's id.</param>
/// <param name="SecretCount">The number of secrets by the environment's row.</param>
/// <param name="Secrets">The number of rows of secrets that are not deleted.</param>
public sealed record CountedEnvironmentRow(string Id, long SecretCount, long Secrets);
