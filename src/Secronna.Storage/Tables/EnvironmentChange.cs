namespace Secronna.Storage.Tables;

/// <summary>The start of a change of an environment's secrets. The transaction has locked the environment's row.</summary>
/// <param name="Instant">The instant of the change. It is later than the instants of all earlier changes.</param>
/// <param name="Clock">
/// The time by the clock. It is earlier than the instant if the last change's instant was not in the past.
/// </param>
/// <param name="SecretCount">The number of the environment's secrets before the change.</param>
public sealed record EnvironmentChange(long Instant, long Clock, int SecretCount)
{
    /// <summary>The bytes of sealed content that the environment's workspace stored when the transaction began.</summary>
    public long StoredBytes { get; init; }
}
