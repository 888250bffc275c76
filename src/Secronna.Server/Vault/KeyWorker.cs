using Secronna.Crypto;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// Goes on with rotations in the background (S10): re-wraps the data keys of retiring KEKs, brings KEKs under the active
/// master key where whoever began that has ended, and replaces KEKs that are due.
/// </summary>
internal sealed class KeyWorker(
    Database database, KekRotation rotation, KekRewrapper keks, MasterKeyRewrapper masterKeys, KeySettings settings,
    TimeProvider time, ILogger<KeyWorker> log) : Worker(LookEvery, time)
{
    private const int PageSize = 100;
    private const string MasterKeyWork = "master key";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PolicyEvery = TimeSpan.FromMinutes(1);

    // One that can't be finished holds up no other, and is tried again.
    private static readonly TimeSpan StuckFor = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, long> stuck = new(StringComparer.Ordinal);
    private long? appliedAt;

    protected override async Task WorkAsync(bool wasWoken, CancellationToken cancellation)
    {
        if (appliedAt is not { } applied || Time.GetElapsedTime(applied) >= PolicyEvery)
        {
            appliedAt = Time.GetTimestamp();
            await ReplaceDueAsync(cancellation);
        }

        if (await database.ReadAsync(0, static (session, _) => InstallationTable.IsRotatingAsync(session)))
        {
            await TryAsync(MasterKeyWork, async () =>
                await masterKeys.RunAsync(null, cancellation) is null or { Broken.Count: 0 });
        }

        await RewrapAsync(cancellation);
    }

    protected override void Delayed(Exception exception) => VaultLog.RotationDelayed(log, FailureReason.Of(exception));

    private async Task RewrapAsync(CancellationToken cancellation)
    {
        var after = "";
        while (!cancellation.IsCancellationRequested
            && await database.ReadAsync(after, static (session, after) => KekTable.ListRetiringAsync(session, after, PageSize)) is { Count: > 0 } page)
        {
            foreach (var kek in page)
            {
                await TryAsync(kek.Id, () => keks.RunAsync(kek, cancellation));
            }

            after = page[^1].Id;
        }
    }

    /// <summary>Does a piece of work, unless it was lately tried in vain: then it is left to other nodes for a while.</summary>
    private async Task TryAsync(string name, Func<Task<bool>> work)
    {
        if (IsStuck(name))
        {
            return;
        }

        try
        {
            if (!await work())
            {
                stuck[name] = Time.GetTimestamp();
            }
        }
        catch (Exception exception) when (exception is MasterKeyException or DecryptionException or FormatException)
        {
            stuck[name] = Time.GetTimestamp();
            VaultLog.RotationDelayed(log, FailureReason.Of(exception));
        }
    }

    private bool IsStuck(string kekId)
    {
        if (!stuck.TryGetValue(kekId, out var since))
        {
            return false;
        }

        if (Time.GetElapsedTime(since) < StuckFor)
        {
            return true;
        }

        stuck.Remove(kekId);
        return false;
    }

    private async Task ReplaceDueAsync(CancellationToken cancellation)
    {
        var now = Time.GetUtcNow();
        while (!cancellation.IsCancellationRequested
            && await ListDueAsync(now) is { Count: > 0 } due)
        {
            foreach (var kek in due)
            {
                await rotation.ReplaceAsync(Caller.Server(kek.WorkspaceId), kek);
            }
        }
    }

    // The database finds candidates by its indexes; the policy says which are due.
    private async Task<List<KekRow>> ListDueAsync(DateTimeOffset now)
    {
        var candidates = await database.ReadAsync(0, static (session, _) => KekTable.ListWornAsync(session, PageSize));
        if (settings.OldestKek is { } oldest)
        {
            candidates.AddRange(await database.ReadAsync(Instant.From(now - oldest).Microseconds + 1, static (session, before) =>
                KekTable.ListOlderAsync(session, before, PageSize)));
        }

        return [.. candidates.Where(kek => KekPolicy.IsDue(
            kek.Wraps, now - new Instant(kek.CreatedAt).ToDateTimeOffset(), settings.OldestKek))];
    }
}
