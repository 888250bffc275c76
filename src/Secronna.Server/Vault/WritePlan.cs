using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// The plan of a write, made before its transaction. It holds the versions that the write will most likely mint.
/// </summary>
/// <param name="Environment">The environment.</param>
/// <param name="Kek">The project's active KEK.</param>
/// <param name="Versions">The versions, in the order of the writes.</param>
/// <param name="Idempotency">Recognises a repeat of the request; <c>null</c> if the caller did not ask for that.</param>
internal sealed record WritePlan(
    EnvironmentRow Environment, KekRow Kek, IReadOnlyList<PlannedVersion> Versions, Idempotency? Idempotency)
{
    // What the stored answer of a request has for each key, beside the key.
    private const int AnswerBytesPerKey = 64;

    /// <summary>What writes take from the shares of their credential and its workspace.</summary>
    public static WriteShare ShareOf(IReadOnlyList<ValueToWrite> writes, Idempotency? idempotency)
    {
        var versions = WriteShare.OfVersions(
            writes.Count, writes.Sum(write => (long)write.Value.Length + (write.Comment?.Length ?? 0)));
        return idempotency is null ? versions : versions.AndRow(writes.Sum(write => (long)write.Key.Length + AnswerBytesPerKey));
    }

    /// <summary>
    /// Leaves out of the first answer each key that the caller may not write now. Its grants may be narrower than they were when
    /// that answer was given.
    /// </summary>
    public static Func<IReadOnlyList<WrittenResponse>, IReadOnlyList<WrittenResponse>> CutFor(Caller caller, EnvironmentRow environment) =>
        first => [.. first.Where(written => caller.MayTouch(GrantActions.Write, environment, written.Key))];

    /// <summary>Reads the state that the write depends on, and plans the write.</summary>
    /// <returns>
    /// The environment, if the caller's workspace has it. The plan, unless the environment is missing, a key lies outside the
    /// caller's grants, or the version that is rolled back is gone.
    /// </returns>
    public static async ValueTask<(EnvironmentRow? Environment, WritePlan? Plan)> ReadAsync(
        Session session, Caller caller, string environmentId, IReadOnlyList<ValueToWrite> writes, Idempotency? idempotency,
        TimeProvider time)
    {
        var found = await EnvironmentTable.FindAsync(session, caller.WorkspaceId, environmentId);
        if (found is not { } environment
            || !writes.All(write => caller.MayTouch(GrantActions.Write, environment, write.Key))
            || await KekTable.FindActiveAsync(session, environment.ProjectId) is not { } kek)
        {
            return (found, null);
        }

        var versions = new List<PlannedVersion>(writes.Count);
        var currents = await SecretTable.FindCurrentsAsync(session, environment.Id, [.. writes.Select(write => write.Key)]);
        foreach (var (write, current) in writes.Zip(currents))
        {
            if (!await write.MayFollowAsync(session, current))
            {
                return (found, null);
            }

            versions.Add(new PlannedVersion(
                write,
                current?.Id ?? Ids.New(Ids.Secret, time.GetUtcNow()),
                (current?.CurrentVersion ?? 0) + 1));
        }

        return (found, new WritePlan(environment, kek, versions, idempotency));
    }
}
