using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Search;

/// <summary>
/// Finds secrets by a part of their key or path. A page looks at so many secrets, or for a caller with grants at so many of
/// the environments that it sees, at most, and may hold few or none.
/// </summary>
internal sealed class SearchService(Database database)
{
    private const int ScanLimit = 2_000;

    public async Task<Page<SearchResponse>> FindAsync(Caller caller, string text, PageRequest page)
    {
        Authorization.Demand(caller, Operations.SearchSecrets);
        if (!caller.Grants.IsEverything)
        {
            return await database.ReadAsync(session =>
                GrantedSearch.FindAsync(session, caller, text, page));
        }

        var rows = await database.ReadAsync(session =>
            SecretTable.ScanAsync(session, caller.WorkspaceId, page.After ?? "", ScanLimit));
        var found = new List<SearchResponse>();
        foreach (var row in rows)
        {
            if (Matches(row, text))
            {
                found.Add(Convert(row));
                if (found.Count == page.Limit)
                {
                    return new Page<SearchResponse>(found, row.Id == rows[^1].Id && rows.Count < ScanLimit ? null : row.Id);
                }
            }
        }

        return new Page<SearchResponse>(found, rows.Count == ScanLimit ? rows[^1].Id : null);
    }

    public static bool Matches(SecretRow row, string text) => row.Path.Contains(text, StringComparison.OrdinalIgnoreCase);

    public static SearchResponse Convert(SecretRow row) => new(row.Id, row.Key, row.Path, row.ProjectId, row.EnvironmentId);
}
