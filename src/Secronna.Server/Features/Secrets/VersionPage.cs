using System.Globalization;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Secrets;

/// <summary>Reads pages of a secret's versions.</summary>
internal static class VersionPage
{
    /// <summary>
    /// The bytes of ciphertext that are read and hashed for a page (S31). A page ends with the version that goes beyond it, so a
    /// page with hashes may be shorter than its limit.
    /// </summary>
    public const int MostHashedBytes = 4 * 1024 * 1024;

    /// <summary>Reads a page, newest versions first.</summary>
    /// <param name="session">The session. All its statements must see one state of the database.</param>
    /// <param name="secretId">The secret.</param>
    /// <param name="page">The page.</param>
    /// <param name="withHashes">Whether the caller may see the hashes of the ciphertexts.</param>
    public static async ValueTask<Page<VersionResponse>> ReadAsync(Session session, string secretId, PageRequest page, bool withHashes)
    {
        var below = page.After is { } after ? int.Parse(after, CultureInfo.InvariantCulture) : int.MaxValue;
        var rows = await VersionTable.ListAsync(session, secretId, below, page.Limit + 1);
        page = withHashes ? page with { Limit = Math.Min(page.Limit, CountToHash(rows)) } : page;
        var hashes = withHashes ? await HashAsync(session, secretId, [.. rows.Take(page.Limit)]) : [];
        return Page<VersionResponse>.From(
            rows.Take(page.Limit + 1).ToList(), page, row => Convert(row, hashes.GetValueOrDefault(row.Version)),
            row => row.Version.ToString(CultureInfo.InvariantCulture));
    }

    private static VersionResponse Convert(VersionRow row, string? boxHash) => new(
        row.Version, row.Kind, new Instant(row.CreatedAt), row.CreatedBy, row.Comment, row.IsDestroyed ? true : null, boxHash);

    private static int CountToHash(List<VersionRow> rows)
    {
        var bytes = 0L;
        return rows.TakeWhile(row => (bytes += row.SealedBytes) - row.SealedBytes < MostHashedBytes).Count();
    }

    // One ciphertext is in memory at a time.
    private static async ValueTask<Dictionary<int, string>> HashAsync(Session session, string secretId, List<VersionRow> rows)
    {
        var hashes = new Dictionary<int, string>();
        if (rows.Count > 0)
        {
            await VersionTable.ReadCiphertextsAsync(session, secretId, rows[^1].Version, rows[0].Version, (version, ciphertext) =>
                hashes[version] = BoxHash.Of(ciphertext).ToString());
        }

        return hashes;
    }
}
