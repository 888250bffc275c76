using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Search;

/// <summary>
/// Finds secrets by a part of their key or path. A page reads a bounded number of secrets. For a caller with grants, it reads a
/// bounded number of environments. So a page may hold few secrets or none although there is a next page.
/// </summary>
internal sealed class SearchService(Database database)
{
    private const int SecretsPerPage = 2_000;

    /// <summary>A page of the secrets whose path contains the text. Case is ignored.</summary>
    public async Task<Page<SearchResponse>> FindAsync(Caller caller, string text, PageRequest page)
    {
        Authorization.Demand(caller, Operations.SearchSecrets);
        if (!caller.Grants.IsEverything)
        {
            return await database.ReadAsync(session =>
                GrantedSearch.FindAsync(session, caller, text, page));
        }

        var rows = await database.ReadAsync(session =>
            SecretTable.ScanAsync(session, caller.WorkspaceId, page.After ?? "", SecretsPerPage));
        var found = new List<SearchResponse>();
        foreach (var row in rows)
        {
            if (Matches(row, text))
            {
                found.Add(Convert(row));
                if (found.Count == page.Limit)
                {
                    return new Page<SearchResponse>(found, row.Id == rows[^1].Id && rows.Count < SecretsPerPage ? null : row.Id);
                }
            }
        }

        return new Page<SearchResponse>(found, rows.Count == SecretsPerPage ? rows[^1].Id : null);
    }

    /// <summary>
    /// Whether the secret's path contains the text. The path ends with the secret's key. Case is ignored.
    /// </summary>
    public static bool Matches(SecretRow row, string text) => row.Path.Contains(text, StringComparison.OrdinalIgnoreCase);

    public static SearchResponse Convert(SecretRow row) => new(row.Id, row.Key, row.Path, row.ProjectId, row.EnvironmentId);
}
