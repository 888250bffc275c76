using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>
/// Verifies the log of the caller's workspace, and compares what it says of versions with the versions that the server stores: who
/// can write to the database could exchange a version's row, bring one back, add one, or point to another one. The caller holds the
/// state's lock.
/// </summary>
internal sealed class DeepVerifier(SecronnaClient client, TrailStateFile file, bool isOneLog)
{
    private const int MostNamed = 20;
    private const int MostWaits = 60;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly LoggedVersions logged = new();

    /// <inheritdoc cref="TrailVerifier.VerifyAsync"/>
    public async Task<(Checkpoint Checkpoint, VerifiedTrail Verified)> VerifyAsync(
        PinnedKey? key, string? acceptedEpoch, CancellationToken cancellation)
    {
        var verifier = new TrailVerifier(client, file, isOneLog, logged);
        var (checkpoint, verified) = await verifier.VerifyAsync(key, acceptedEpoch, cancellation).ConfigureAwait(false);
        logged.Mark();
        var stored = new StoredSecrets(client, logged);
        await stored.ReadAsync(cancellation).ConfigureAwait(false);
        if (stored.Problems().Any())
        {
            // Some may be changes since the log was read. The log says so as soon as a checkpoint covers them.
            checkpoint = await CatchUpAsync(verifier, key, cancellation).ConfigureAwait(false);
            RequireNone(stored.Problems());
        }

        return (checkpoint, verified with
        {
            From = 0, Size = checkpoint.Size, Entries = checkpoint.Size, Root = checkpoint.Root.ToString(),
            Deep = new ComparedVersions(stored.Secrets, stored.Versions),
        });
    }

    private async Task<Checkpoint> CatchUpAsync(TrailVerifier verifier, PinnedKey? key, CancellationToken cancellation)
    {
        var newest = await PatientRequest.SendAsync("the newest entry", () => NewestAsync(cancellation), cancellation).ConfigureAwait(false);
        for (var waits = 0; ; waits++)
        {
            var (checkpoint, _) = await verifier.VerifyAsync(key, null, cancellation).ConfigureAwait(false);
            if (checkpoint.Size >= newest)
            {
                return checkpoint;
            }

            await (waits < MostWaits ? Task.Delay(BetweenTries, cancellation) : throw new CliException(
                $"no checkpoint covers entry {newest}, so the newest changes can't be compared: try again", ErrorCodes.Unavailable)).ConfigureAwait(false);
        }
    }

    private async Task<long> NewestAsync(CancellationToken cancellation) =>
        (await client.ListAuditAsync(new AuditFilter(), cancellation).FirstOrDefaultAsync(cancellation).ConfigureAwait(false))?.Sequence ?? 0;

    private static void RequireNone(IEnumerable<string> problems)
    {
        var all = problems.ToList();
        if (all.Count > 0)
        {
            throw new TrailMismatchException(string.Join("; ", all.Take(MostNamed)
                .Prepend($"the log is right, but what is stored isn't what it says, in {all.Count} place(s)")
                .Concat(all.Count > MostNamed ? [$"and {all.Count - MostNamed} more"] : [])));
        }
    }
}
