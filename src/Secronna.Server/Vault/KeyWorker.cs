using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Does the background work of rotations (S10): re-wraps the data keys of retiring KEKs, continues an interrupted rotation of the
/// master key, and replaces KEKs that are due (S7).
/// </summary>
internal sealed class KeyWorker(
    Database database, KekRotation rotation, KekRewrapper keks, MasterKeyRewrapper masterKeys, KeySettings settings,
    TimeProvider time, ILogger<KeyWorker> log) : PollingWorker(Interval, time)
{
    private const int PageSize = 100;
    private const string MasterKeyWork = "master key";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PolicyInterval = TimeSpan.FromMinutes(1);

    private readonly PostponedWork postponed = new(time);
    private long? policyAppliedAt;
    private (string ActiveMasterKeyId, bool IsRotating)? lastSeen;

    protected override async Task WorkAsync(bool wasWoken, CancellationToken cancellation)
    {
        if (policyAppliedAt is not { } applied || Time.GetElapsedTime(applied) >= PolicyInterval)
        {
            policyAppliedAt = Time.GetTimestamp();
            await ReplaceDueAsync(cancellation);
        }

        if (await FindRotationAsync(cancellation))
        {
            await TryAsync(MasterKeyWork, async () =>
                await masterKeys.RunAsync(null, cancellation) is null or { Broken.Count: 0 });
        }

        await RewrapRetiringAsync(cancellation);
    }

    protected override void LogFailure(Exception exception) => VaultLog.RotationDelayed(log, FailureReason.Of(exception));

    // Whether the master key is being rotated. A command that rotated it may have been killed before it erased the wrapped keys
    // from the database's log. So each node erases them when it sees that the rotation has ended (S8, S15).
    private async Task<bool> FindRotationAsync(CancellationToken cancellation)
    {
        var seen = await database.ReadAsync(InstallationTable.FindRotationAsync, cancellation);
        if (!seen.IsRotating && seen != lastSeen)
        {
            database.EraseDeletedInBackground();
        }

        lastSeen = seen;
        return seen.IsRotating;
    }

    private async Task RewrapRetiringAsync(CancellationToken cancellation)
    {
        var after = "";
        while (!cancellation.IsCancellationRequested && await ListRetiringAsync(after) is { Count: > 0 } page)
        {
            foreach (var kek in page)
            {
                await TryAsync(kek.Id, () => keks.RunAsync(kek, cancellation));
            }

            after = page[^1].Id;
        }
    }

    private ValueTask<List<KekRow>> ListRetiringAsync(string after) =>
        database.ReadAsync(session => KekTable.ListRetiringAsync(session, after, PageSize));

    // Does a piece of work. The work returns whether it is finished. Unfinished work is postponed.
    private async Task TryAsync(string name, Func<Task<bool>> work)
    {
        if (postponed.Contains(name))
        {
            return;
        }

        try
        {
            if (!await work())
            {
                postponed.Add(name);
            }
        }
        catch (Exception exception) when (exception is MasterKeyException or DecryptionException or FormatException)
        {
            postponed.Add(name);
            VaultLog.RotationDelayed(log, FailureReason.Of(exception));
        }
    }

    private async Task ReplaceDueAsync(CancellationToken cancellation)
    {
        var now = Time.GetUtcNow();
        while (!cancellation.IsCancellationRequested && await ListDueAsync(now) is { Count: > 0 } due)
        {
            foreach (var kek in due)
            {
                await rotation.ReplaceAsync(Caller.Server(kek.WorkspaceId), kek);
            }
        }
    }

    // The database finds candidates by its indexes. The policy decides which candidates are due.
    private async Task<List<KekRow>> ListDueAsync(DateTimeOffset now)
    {
        var candidates = await database.ReadAsync(static session => KekTable.ListWornAsync(session, PageSize));
        if (settings.OldestKek is { } oldest)
        {
            var createdBefore = Instant.From(now - oldest).Microseconds + 1;
            candidates.AddRange(await database.ReadAsync(session => KekTable.ListOlderAsync(session, createdBefore, PageSize)));
        }

        return [.. candidates.Where(kek => KekPolicy.IsDue(
            kek.Wraps, now - new Instant(kek.CreatedAt).ToDateTimeOffset(), settings.OldestKek))];
    }
}
