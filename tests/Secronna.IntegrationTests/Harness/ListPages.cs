using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Secronna.IntegrationTests.Harness;

internal static class ListPages
{
    /// <summary>
    /// Reads a whole list page by page. Returns its items, the bytes of its cursors and the number of pages.
    /// </summary>
    public static async Task<(List<JsonElement> Items, List<string> Cursors, int Pages)> PagesAsync(
        this ApiClient client, string path, int limit)
    {
        var (items, positions, pages) = (new List<JsonElement>(), new List<string>(), 0);
        var url = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}";
        for (string? cursor = null; pages == 0 || cursor is not null; pages++)
        {
            var reply = (await client.GetAsync(cursor is null ? url : $"{url}&cursor={cursor}")).Is(200);
            items.AddRange(reply.Data.EnumerateArray());
            cursor = reply.Meta.GetProperty("cursor").GetString();
            Xunit.Assert.Equal(cursor is not null, reply.Meta.GetProperty("hasMore").GetBoolean());
            if (cursor is not null)
            {
                positions.Add(Encoding.Latin1.GetString(Base64Url.DecodeFromChars(cursor)));
            }
        }

        return (items, positions, pages);
    }

    /// <summary>One property of every item.</summary>
    public static string[] Each(this IEnumerable<JsonElement> items, string name) => [.. items.Select(item => item.Text(name))];
}
