using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Secronna.IntegrationTests.Engines;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Features.Audit;
using Secronna.Server.Features.Credentials;
using Secronna.Server.Features.Environments;
using Secronna.Server.Features.Keys;
using Secronna.Server.Features.PointInTime;
using Secronna.Server.Features.Projects;
using Secronna.Server.Features.Reads;
using Secronna.Server.Features.Search;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Http;
using Secronna.Server.Trail;
using Secronna.Server.Vault;
using Xunit;

namespace Secronna.IntegrationTests.Bounds;

/// <summary>
/// A request looks at a bounded number of rows, however narrow the caller's grants are and however many foreign and deleted rows
/// lie between (S31).
/// </summary>
[FlawClass("denial of service")]
public sealed class BoundedReadTests(CrowdedNode node, SharedServer shared, ITestOutputHelper output) : IClassFixture<CrowdedNode>
{
    // PostgreSQL counts rows; SQLite counts steps of its virtual machine, of which a row takes about 8 to 30.
    private static readonly bool CountsRows = TestEngine.Current is PostgresTestEngine;
    private static readonly long MostForFewRows = CountsRows ? 2_000 : 60_000;
    private static readonly long Most = CountsRows ? 20_000 : 240_000;

    private delegate Task<string?> PageRead(CrowdedNode node, Caller caller, PageRequest page);

    // Which reads find what they give by an index, and which look through rows that they don't give.
    private enum Way
    {
        Finds,
        Looks,
    }

    private static readonly Dictionary<string, (Way Way, PageRead Read)[]> Lists = new()
    {
        ["GET /projects"] = [(Way.Looks, async (n, c, p) => (await n.Get<ProjectService>().ListAsync(c, p)).Next)],
        ["GET /projects/{projectId}/environments"] =
            [(Way.Looks, async (n, c, p) => (await n.Get<EnvironmentService>().ListAsync(c, n.ProjectId, p)).Next)],
        ["GET /environments/{envId}/secrets"] =
        [
            (Way.Looks, async (n, c, p) => (await n.Get<SecretService>().ListAsync(c, n.EnvironmentId, null, p)).Next),
            (Way.Looks, async (n, c, p) => (await n.Get<SecretService>().ListAsync(c, n.EnvironmentId, n.At, p)).Next),
        ],
        ["GET /secrets/{secretId}/versions"] =
            [(Way.Finds, async (n, c, p) => (await n.Get<SecretService>().ListVersionsAsync(c, n.SecretId, p)).Next)],
        ["GET /environments/{envId}/history"] =
            [(Way.Looks, async (n, c, p) => (await n.Get<HistoryService>().ListAsync(c, n.EnvironmentId, p)).Next)],
        ["GET /search/secrets"] =
        [
            (Way.Looks, async (n, c, p) => (await n.Get<SearchService>().FindAsync(c, "NARROW", p)).Next),
            (Way.Looks, async (n, c, p) => (await n.Get<SearchService>().FindAsync(c, "nowhere", p)).Next),
        ],
        ["GET /projects/{projectId}/keys"] = [(Way.Looks, async (n, c, p) => (await n.Get<KekService>().ListAsync(c, n.ProjectId, p)).Next)],
        ["GET /api-keys"] = [(Way.Finds, async (n, c, p) => (await n.Get<CredentialService>().ListApiKeysAsync(c, p)).Next)],
        ["GET /access-keys"] = [(Way.Finds, async (n, c, p) => (await n.Get<CredentialService>().ListAccessKeysAsync(c, p)).Next)],
        ["GET /environments/{envId}/reads"] =
        [
            (Way.Looks, async (n, c, p) => (await n.Get<EnvironmentReadService>().ListAsync(c, n.EnvironmentId, p)).Next),
            (Way.Looks, async (n, c, p) => (await n.Get<EnvironmentReadService>().ListAsync(c, n.EnvironmentId, p with { Limit = 5_000 })).Next),
        ],
        ["GET /secrets/{secretId}/reads"] =
            [(Way.Finds, async (n, c, p) => (await n.Get<SecretReadService>().GetAsync(c, n.SecretId, p)).Next)],
        ["GET /reads"] = [(Way.Looks, async (n, c, p) => (await n.Get<WorkspaceReadService>().GetAsync(c, 90, p)).Next)],
        ["GET /audit"] =
        [
            (Way.Looks, Audit(n => new TrailFilter { EnvironmentId = n.EnvironmentId })),
            (Way.Looks, Audit(_ => new TrailFilter { Action = AuditActions.SecretDelete, To = long.MaxValue - 1, From = 1 })),
            (Way.Finds, Audit(_ => new TrailFilter { Sequence = 5, ActorId = "key_1" })),
            (Way.Finds, Audit(_ => new TrailFilter { ActorId = "key_1" })),
            (Way.Finds, Audit(n => new TrailFilter { SecretId = n.SecretId })),
            (Way.Finds, Audit(_ => new TrailFilter { Outcome = AuditOutcomes.Denied })),
        ],
    };

    // The reads of the past that give everything at once.
    private static readonly Dictionary<string, PageRead> Wholes = new()
    {
        ["reveal"] = async (n, c, _) => (await n.Get<EnvironmentRevealService>().RevealAsync(
            c, EnvironmentReference.OfId(n.EnvironmentId), new RevealSelection(null, n.At), _ => true)).Revision[..0],
        ["reveal of one key"] = async (n, c, _) => (await n.Get<EnvironmentRevealService>().RevealAsync(
            c, EnvironmentReference.OfId(n.EnvironmentId), new RevealSelection(["NARROW_1"], n.At), _ => true)).Revision[..0],
        ["compare"] = async (n, c, _) =>
        {
            var side = new ComparedSide(EnvironmentReference.OfId(n.EnvironmentId), n.At);
            await n.Get<CompareService>().CompareAsync(c, side, side);
            return null;
        },
        ["plan of a restore"] = async (n, c, _) =>
        {
            await n.Get<RestoreService>().RestoreAsync(c, n.EnvironmentId, new RestoreOrder(n.At, IsDryRun: true, Prunes: false, null), null);
            return null;
        },
    };

    public static TheoryData<string> ListNames { get; } = [.. Lists.Keys];

    public static TheoryData<string> WholeNames { get; } = [.. Wholes.Keys];

    [Fact]
    public async Task Every_list_of_the_API_has_a_case_here()
    {
        var server = await shared.GetAsync();
        var lists = server.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()).OfType<ApiRoute>().Where(route => route.HasCursor)
            .Select(route => $"{route.Method} {route.Pattern[ApiClient.Base.Length..]}");

        Assert.Equal(lists.Order(StringComparer.Ordinal), Lists.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ListNames))]
    public async Task Each_page_of_a_list_looks_at_a_bounded_number_of_rows(string name)
    {
        foreach (var (way, read) in Lists[name])
        {
            foreach (var caller in new[] { node.Owner, node.Narrow, node.Scattered })
            {
                var after = (string?)null;
                for (var page = 0; page < 3 && (page == 0 || after is not null); page++)
                {
                    after = await MeasureAsync(name, caller, way, () => read(node, caller, new PageRequest(after, 100)));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(WholeNames))]
    public async Task A_read_of_the_past_looks_at_a_bounded_number_of_rows(string name)
    {
        foreach (var caller in new[] { node.Owner, node.Narrow, node.Scattered })
        {
            var way = name == "reveal of one key" ? Way.Finds : Way.Looks;
            await MeasureAsync(name, caller, way, () => Wholes[name](node, caller, new PageRequest(null, 100)));
        }
    }

    [Fact]
    public async Task A_list_goes_on_by_its_cursor_until_all_that_the_caller_sees_was_given()
    {
        var changes = await AllAsync(page => node.Get<HistoryService>().ListAsync(node.Scattered, node.EnvironmentId, page));
        Assert.Equal(
            ["NARROW_1 1", "NARROW_1 2", "NARROW_2 1", "NARROW_2 2", "NARROW_3 1", "NARROW_3 2"],
            changes.Select(change => $"{change.Key} {change.Version}").Order(StringComparer.Ordinal));
        Assert.Equal(["target"], (await AllAsync(page => node.Get<ProjectService>().ListAsync(node.Scattered, page))).Select(project => project.Slug));
        Assert.Equal(
            ["prod"], (await AllAsync(page => node.Get<EnvironmentService>().ListAsync(node.Scattered, node.ProjectId, page))).Select(environment => environment.Slug));
        foreach (var caller in new[] { node.Owner, node.Narrow, node.Scattered })
        {
            Assert.Equal(
                ["NARROW_1", "NARROW_2", "NARROW_3"],
                (await AllAsync(page => node.Get<SearchService>().FindAsync(caller, "narrow", page))).Select(secret => secret.Key).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_past_has_exactly_what_existed_then()
    {
        var page = new PageRequest(null, 500);
        var all = (await node.Get<SecretService>().ListAsync(node.Owner, node.EnvironmentId, node.At, page)).Items.Select(secret => secret.Key).ToList();

        Assert.Equal(
            Enumerable.Range(1, 100).Select(i => $"ALIVE_{i}").Concat(["CHURN", "DEAD_12500", "NARROW_1", "NARROW_2", "NARROW_3"])
                .Order(StringComparer.Ordinal),
            all);
        foreach (var caller in new[] { node.Narrow, node.Scattered })
        {
            Assert.Equal(
                ["NARROW_1", "NARROW_2", "NARROW_3"],
                (await node.Get<SecretService>().ListAsync(caller, node.EnvironmentId, node.At, page)).Items.Select(secret => secret.Key));
        }
    }

    [Fact]
    public async Task Every_read_stops_when_the_client_has_gone_and_leaves_no_entry()
    {
        var gone = node.Owner with { Origin = node.Owner.Origin with { Aborted = new CancellationToken(canceled: true) } };
        var reads = Lists.Values.SelectMany(cases => cases).Select(read => read.Read).Concat(Wholes.Values).ToList();
        var before = await LastEntryAsync();

        foreach (var read in reads)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read(node, gone, new PageRequest(null, 100)));
        }

        Assert.Equal(before, await LastEntryAsync());
    }

    private async Task<long> LastEntryAsync() =>
        (await node.Get<AuditService>().ListAsync(node.Owner, new TrailFilter(), new PageRequest(null, 1))).Items[0].Sequence;

    private static PageRead Audit(Func<CrowdedNode, TrailFilter> filter) => async (node, caller, page) =>
        (await node.Get<AuditService>().ListAsync(caller, filter(node), page)).Next;

    private static async Task<List<T>> AllAsync<T>(Func<PageRequest, Task<Page<T>>> list)
    {
        var (items, after, pages) = (new List<T>(), (string?)null, 0);
        do
        {
            var page = await list(new PageRequest(after, 2));
            items.AddRange(page.Items);
            after = page.Next;
            Assert.True(++pages <= 60, $"no end at {after}");
        }
        while (after is not null);
        return items;
    }

    private async Task<string?> MeasureAsync(string name, Caller caller, Way way, Func<Task<string?>> read)
    {
        node.Cost.Take();
        try
        {
            return await read();
        }
        catch (RequestException refused) when (refused.Code == ErrorCodes.Forbidden && caller != node.Owner)
        {
            return null;
        }
        finally
        {
            var cost = node.Cost.Take();
            output.WriteLine($"{name}, {(caller == node.Owner ? "owner" : caller.Grants.Grants[0].Path)}: {cost}");
            Assert.InRange(cost, 0, way == Way.Finds ? MostForFewRows : Most);
        }
    }
}
