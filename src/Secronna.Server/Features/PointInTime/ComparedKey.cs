using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>A key of two environments, or of one of them.</summary>
/// <param name="key">The key.</param>
/// <param name="here">Its secret in the one; null where it has none.</param>
/// <param name="there">Its secret in the other; null where it has none.</param>
internal sealed class ComparedKey(string key, SecretRow? here, SecretRow? there)
{
    public string Key => key;

    public SecretRow? Here => here;

    public SecretRow? There => there;

    /// <summary>What can be said without the values; null where they must be compared.</summary>
    public string? Result { get; set; } = (here, there) switch
    {
        (_, null) => CompareResults.OnlyHere,
        (null, _) => CompareResults.OnlyThere,
        _ when here.Id == there.Id && here.CurrentVersion == there.CurrentVersion => CompareResults.Same,
        // It had a value that nobody can know any more.
        _ when here.IsDeletedSince || there.IsDeletedSince => CompareResults.Different,
        _ => null,
    };

    /// <summary>The keys of both, ordered by their bytes, as each of the lists is.</summary>
    public static IReadOnlyList<ComparedKey> Pair(IEnumerable<SecretRow> here, IEnumerable<SecretRow> there)
    {
        var left = here.ToDictionary(secret => secret.Key, StringComparer.Ordinal);
        var right = there.ToDictionary(secret => secret.Key, StringComparer.Ordinal);
        return
        [
            .. left.Keys.Union(right.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(key => new ComparedKey(key, left.GetValueOrDefault(key), right.GetValueOrDefault(key))),
        ];
    }
}
