using Secronna.Crypto;
using Secronna.Crypto.Trail;
using Secronna.Server.Vault;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Backup;

/// <summary>
/// Opens every version that is neither deleted nor destroyed, compares it with its tag and with what the trail says was written, and
/// finds gaps in the numbers of versions.
/// </summary>
internal sealed class VersionVerifier(KekVerifier keks, LoggedVersions logged, Action<string> progress)
{
    /// <summary>Checks all versions.</summary>
    public async Task CheckAsync(Session session, Verification found, CancellationToken cancellation)
    {
        var (last, version) = ("", 0L);
        while (await InstallationScan.ListVersionsAsync(session, last, version) is { Count: > 0 } page)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var row in page)
            {
                var expected = row.SecretId == last ? version + 1 : 1;
                (last, version) = (row.SecretId, row.Version);
                if (!row.IsBeingRemoved)
                {
                    await CheckAsync(session, row, expected, found);
                }
            }

            progress($"{found.Versions:N0} versions opened");
        }
    }

    private async ValueTask CheckAsync(Session session, StoredVersionRow row, long expected, Verification found)
    {
        CheckNumber(row, expected, found);
        if (!row.IsDeleted)
        {
            await OpenAsync(session, row, found);
        }
    }

    private static void CheckNumber(StoredVersionRow row, long expected, Verification found)
    {
        if (row.Version == expected + 1)
        {
            found.Add($"version {expected} of secret {row.SecretId} is missing");
        }
        else if (row.Version != expected)
        {
            found.Add($"versions {expected} to {row.Version - 1} of secret {row.SecretId} are missing");
        }
    }

    private async ValueTask OpenAsync(Session session, StoredVersionRow row, Verification found)
    {
        if (row.IsDestroyed)
        {
            CheckDestroyed(row, found);
        }
        else if (row.KekId is null)
        {
            found.Add($"version {row.Version} of secret {row.SecretId} has no sealed value");
        }
        else if (await TryOpenAsync(session, row, row.KekId))
        {
            found.Versions++;
            found.OldWraps += Envelope.BindsKey(row.WrappedDataKey) ? 0 : 1;
            CheckTag(row, found);
            CheckLogged(row, found);
        }
        else
        {
            found.Add($"version {row.Version} of secret {row.SecretId} does not open");
        }
    }

    private static void CheckTag(StoredVersionRow row, Verification found)
    {
        if (!row.Tag.AsSpan().SequenceEqual(SealedTag.Of(row.Ciphertext)))
        {
            found.Add($"version {row.Version} of secret {row.SecretId} has a tag that is not the tag of its ciphertext");
        }
    }

    // Whoever can write to the database can bring back an older sealed value, which opens. The trail says which one was written.
    private void CheckLogged(StoredVersionRow row, Verification found)
    {
        if (logged.Find(row.SecretId, row.Version) is not { } written)
        {
            found.Add($"version {row.Version} of secret {row.SecretId} was added without the trail, which does not name it");
        }
        else if (written != BoxHash.Of(row.Ciphertext))
        {
            found.Add($"version {row.Version} of secret {row.SecretId} holds another sealed value than the one that the trail says was written");
        }
    }

    private static void CheckDestroyed(StoredVersionRow row, Verification found)
    {
        found.DestroyedVersions++;
        if (row.KekId is not null)
        {
            found.Add($"version {row.Version} of secret {row.SecretId} is destroyed and still holds a sealed value");
        }
    }

    private async ValueTask<bool> TryOpenAsync(Session session, StoredVersionRow row, string kekId)
    {
        try
        {
            using var kek = await keks.LeaseAsync(session, kekId);
            if (kek is null)
            {
                return false;
            }

            Open(kek, row);
            return true;
        }
        catch (Exception exception) when (exception is DecryptionException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static void Open(LeasedKek kek, StoredVersionRow row)
    {
        var binding = new VersionBinding(
            row.WorkspaceId, row.ProjectId, row.EnvironmentId, row.SecretId, row.Key, checked((int)row.Version));
        Envelope.Open(kek.Key, kek.Id, kek.Name, binding, row.WrappedDataKey, row.Ciphertext).Dispose();
    }
}
