namespace Secronna.Storage.Tables;

/// <summary>The position of a change in an environment's history.</summary>
/// <param name="Instant">The instant of the change.</param>
/// <param name="SecretId">The id of the secret. It tells changes of the same instant apart.</param>
public readonly record struct ChangePosition(long Instant, string SecretId)
{
    /// <summary>
    /// The position before the newest change. A list that starts after it, newest first, begins with the newest change.
    /// </summary>
    public static ChangePosition Latest { get; } = new(long.MaxValue, "");
}
