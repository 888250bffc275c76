namespace Secronna.Storage.Tables;

/// <summary>An environment and two counts of its secrets, which should be equal.</summary>
/// <param name="Id">The environment's id.</param>
/// <param name="SecretCount">The number of secrets that the environment's row states.</param>
/// <param name="Secrets">The number of rows of secrets that are not deleted.</param>
public sealed record CountedEnvironmentRow(string Id, long SecretCount, long Secrets);
