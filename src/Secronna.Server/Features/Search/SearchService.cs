using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Search;

/// <summary>
/// Finds secrets by a part of their key or path. A page looks at a bounded number of rows, so it may hold few secrets or none
/// although there is a next page (S31).
/// </summary>
internal sealed class SearchService(Database database)
{
    private const int SecretsPerPage = 5_000;
    private const int SecretsPerRead = 500;

    /// <summary>A page of the secrets whose path contains the text. Case is ignored.</summary>
    public async Task<Page<SearchResponse>> FindAsync(Caller caller, string text, PageRequest page)
    {
        Authorization.Demand(caller, Operations.SearchSecrets);
        return await database.ReadAsync(
            session => caller.Grants.IsEverything
                ? ScanAsync(session, caller, text, page)
                : GrantedSearch.FindAsync(session, caller, text, page),
            caller.Aborted);
    }

    /// <summary>
    /// Whether the secret's path contains the text. The path ends with the secret's key. Case is ignored.
    /// </summary>
    public static bool Matches(SecretRow row, string text) => row.Path.Contains(text, StringComparison.OrdinalIgnoreCase);

    public static SearchResponse Convert(SecretRow row) => new(row.Id, row.Key, row.Path, row.ProjectId, row.EnvironmentId);

    private static async ValueTask<Page<SearchResponse>> ScanAsync(Session session, Caller caller, string text, PageRequest page)
    {
        var found = new List<SearchResponse>();
        var after = page.After ?? "";
        for (var scanned = 0; scanned < SecretsPerPage; scanned += SecretsPerRead)
        {
            var rows = await SecretTable.ScanAsync(session, caller.WorkspaceId, after, SecretsPerRead);
            foreach (var (secret, _) in rows.Where(row => row.IsLive && Matches(row.Secret, text)))
            {
                found.Add(Convert(secret));
                if (found.Count == page.Limit)
                {
                    var isLast = rows.Count < SecretsPerRead && secret.Id == rows[^1].Secret.Id;
                    return new Page<SearchResponse>(found, isLast ? null : secret.Id);
                }
            }

            if (rows.Count < SecretsPerRead)
            {
                return new Page<SearchResponse>(found, null);
            }

            after = rows[^1].Secret.Id;
        }

        return new Page<SearchResponse>(found, after);
    }
}
