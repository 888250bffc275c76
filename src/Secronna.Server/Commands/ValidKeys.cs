using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>Lists the credentials of a workspace that are not revoked.</summary>
internal static class ValidKeys
{
    private const int PageSize = 200;

    /// <summary>The API keys, then the access keys.</summary>
    public static async IAsyncEnumerable<CredentialRow> ListAsync(Database database, string workspaceId)
    {
        foreach (var kind in new[] { ActorTypes.ApiKey, ActorTypes.AccessKey })
        {
            var after = "";
            List<CredentialRow> rows;
            do
            {
                rows = await database.ReadAsync(session => CredentialTable.ListAsync(session, workspaceId, kind, withRevoked: false, after, PageSize));
                foreach (var row in rows)
                {
                    yield return row;
                }

                after = rows.Count > 0 ? rows[^1].Id : after;
            }
            while (rows.Count == PageSize);
        }
    }
}
