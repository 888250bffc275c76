using Secronna.Crypto.Trail;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Reads a whole database and lists what is wrong with it: damage that the engine finds, KEKs that do not unwrap, wrong pointers,
/// counts and histories, versions that do not open, and audit trails with gaps. It opens every value, so the caller must record
/// the verification durably before it begins (S18). Each value is zeroed as soon as it has been opened.
/// </summary>
/// <param name="masterKeys">The keys that unwrap KEKs.</param>
/// <param name="time">The clock by which unwrapped KEKs expire.</param>
/// <param name="progress">Receives descriptions of the progress.</param>
internal sealed class InstallationVerifier(MasterKeyRing masterKeys, TimeProvider time, Action<string> progress)
{
    /// <summary>Verifies one state of a database.</summary>
    /// <param name="engine">The database's engine.</param>
    /// <param name="session">The session. It must see the same state of the database throughout.</param>
    /// <param name="cancellation">Ends the verification early.</param>
    public async Task<Verification> VerifyAsync(DatabaseEngine engine, Session session, CancellationToken cancellation)
    {
        var found = new Verification();
        using var keks = new KekVerifier(masterKeys, time);
        try
        {
            progress("looking for damage");
            await foreach (var problem in engine.FindDamageAsync(session))
            {
                found.Add(problem);
            }

            var logged = new LoggedVersions();
            await new TrailVerifier(logged, progress).CheckAsync(session, found, cancellation);
            await CheckProjectsAsync(session, keks, found);
            await CheckEnvironmentsAsync(session, found);
            await CheckPointersAsync(session, logged, found, cancellation);
            await new VersionVerifier(keks, logged, progress).CheckAsync(session, found, cancellation);
        }
        catch (Exception exception) when (exception is StorageUnavailableException or OverflowException)
        {
            found.Add($"reading failed, and the rest was not verified: {exception.Message}");
        }

        return found;
    }

    private static async Task CheckProjectsAsync(Session session, KekVerifier keks, Verification found)
    {
        var after = "";
        while (await InstallationScan.ListProjectsAsync(session, after) is { Count: > 0 } page)
        {
            foreach (var (id, hasActiveKek) in page)
            {
                found.Projects++;
                if (!hasActiveKek)
                {
                    found.Add($"project {id} has no active KEK");
                }

                await keks.CheckAsync(session, id, found);
            }

            after = page[^1].Id;
        }
    }

    private static async Task CheckEnvironmentsAsync(Session session, Verification found)
    {
        var after = "";
        while (await InstallationScan.ListEnvironmentsAsync(session, after) is { Count: > 0 } page)
        {
            foreach (var environment in page)
            {
                found.Environments++;
                if (environment.SecretCount != environment.Secrets)
                {
                    found.Add($"environment {environment.Id} counts {environment.SecretCount} secrets but has {environment.Secrets}");
                }
            }

            after = page[^1].Id;
        }
    }

    private async Task CheckPointersAsync(Session session, LoggedVersions logged, Verification found, CancellationToken cancellation)
    {
        var after = "";
        while (await InstallationScan.ListPointersAsync(session, after) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            page.ForEach(secret => Check(secret, logged, found));
            progress($"{found.Secrets:N0} secrets looked at");
            after = page[^1].Id;
        }
    }

    private static void Check(SecretPointerRow secret, LoggedVersions logged, Verification found)
    {
        if (secret.IsDeleted)
        {
            found.DeletedSecrets++;
            found.VersionsToDestroy += secret.VersionsToDestroy;
        }
        else
        {
            found.Secrets++;
        }

        if (!secret.MatchesEnvironment)
        {
            found.Add($"secret {secret.Id} names another workspace or project than its environment");
        }

        if (secret.CurrentVersion != secret.LastVersion)
        {
            found.Add($"secret {secret.Id} points to version {secret.CurrentVersion}, but its last version is {secret.LastVersion}");
        }

        if (!secret.IsDeleted && logged.FindLast(secret.Id) is { } written && written != secret.CurrentVersion)
        {
            found.Add($"secret {secret.Id} points to version {secret.CurrentVersion}, but by its trail version {written} was written last");
        }

        if (secret.UndestroyedVersions > 0)
        {
            found.Add($"secret {secret.Id} is deleted, and {secret.UndestroyedVersions} of its versions still hold a sealed value");
        }

        if (!secret.MatchesHistory)
        {
            found.Add($"the history of secret {secret.Id} does not match its versions: a restore may bring back the wrong version");
        }
    }
}
