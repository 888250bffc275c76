using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage;

namespace Secronna.Server.Features.Search;

/// <summary>Finds secrets by a part of their key or path. A page looks at so many secrets at most, and may hold few or none.</summary>
internal sealed class SearchService(Database database)
{
    private const int ScanLimit = 2_000;

    public async Task<Page<SearchResponse>> FindAsync(Caller caller, string text, PageRequest page)
    {
        Authorization.Demand(caller, Permission.List);
        var rows = await database.ReadAsync((caller.WorkspaceId, page), static (session, it) =>
            Storage.Secrets.ScanAsync(session, it.WorkspaceId, it.page.After ?? "", ScanLimit));
        var found = new List<SearchResponse>();
        foreach (var row in rows)
        {
            if (row.Path.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                found.Add(new SearchResponse(row.Id, row.Key, row.Path, row.ProjectId, row.EnvironmentId));
                if (found.Count == page.Limit)
                {
                    return new Page<SearchResponse>(found, row.Id == rows[^1].Id && rows.Count < ScanLimit ? null : row.Id);
                }
            }
        }

        return new Page<SearchResponse>(found, rows.Count == ScanLimit ? rows[^1].Id : null);
    }
}
