using System.Text.Json;
using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>Writes and reads grants in the form in which they are stored: the contract's JSON.</summary>
internal static class StoredGrants
{
    public static string Write(IReadOnlyList<Grant> grants) =>
        JsonSerializer.Serialize(grants, ProtocolJson.Default.IReadOnlyListGrant);

    /// <summary>The grants of a credential.</summary>
    /// <exception cref="RequestException">
    /// INTEGRITY_ERROR: the stored text does not have the form that this server writes, so somebody else changed the database.
    /// Only a deletion drops unreadable grants, and records it. Otherwise they stay, so that the damage shows.
    /// </exception>
    public static IReadOnlyList<Grant> Read(CredentialRow row) => TryRead(row) ?? throw Errors.UnreadableGrants(row.Id);

    /// <summary>The grants of a credential; <c>null</c> where <see cref="Read"/> throws.</summary>
    public static IReadOnlyList<Grant>? TryRead(CredentialRow row)
    {
        try
        {
            var grants = JsonSerializer.Deserialize(row.Grants, ProtocolJson.Default.IReadOnlyListGrant);
            return grants is not null && grants.All(IsGrant) ? grants : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The serializer accepts null where the type does not.
    private static bool IsGrant(Grant? grant) =>
        grant is { Path: not null, Actions.Count: > 0 }
        && Names.IsGrantPath(grant.Path)
        && grant.Actions.All(GrantActionNames.All.Contains);
}
