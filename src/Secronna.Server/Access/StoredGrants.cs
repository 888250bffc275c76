using System.Text.Json;
using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>Grants as they are stored: the contract's JSON.</summary>
internal static class StoredGrants
{
    public static string Write(IReadOnlyList<Grant> grants) =>
        JsonSerializer.Serialize(grants, ProtocolJson.Default.IReadOnlyListGrant);

    /// <exception cref="RequestException">
    /// INTEGRITY_ERROR: the database was changed by another hand. What it means can't be known, so it is not taken for less.
    /// </exception>
    public static IReadOnlyList<Grant> Read(CredentialRow row)
    {
        try
        {
            var grants = JsonSerializer.Deserialize(row.Grants, ProtocolJson.Default.IReadOnlyListGrant);
            return grants is not null && grants.All(IsGrant) ? grants : throw Errors.UnreadableGrants(row.Id);
        }
        catch (JsonException)
        {
            throw Errors.UnreadableGrants(row.Id);
        }
    }

    // The serializer takes null for anything.
    private static bool IsGrant(Grant? grant) =>
        grant is { Path: not null, Actions.Count: > 0 }
        && Names.IsGrantPath(grant.Path)
        && grant.Actions.All(GrantActionNames.All.Contains);
}
