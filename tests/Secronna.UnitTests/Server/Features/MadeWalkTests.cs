using Secronna.Protocol;
using Secronna.Server.Features.Credentials;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.UnitTests.Server.Features;

/// <summary>The walk through what a credential made finds each once, in bounded steps, however the steps are cut.</summary>
public sealed class MadeWalkTests
{
    // A tree of three levels: each API key made three API keys and two access keys. All else is another key's.
    private static readonly IReadOnlyList<CredentialRow> Tree =
    [
        .. from maker in new[] { "r", "r0", "r1", "r2", "r00", "r01", "r21" }
           from i in Enumerable.Range(0, 5)
           select Row($"{maker}{i}", maker, i < 3 ? ActorTypes.ApiKey : ActorTypes.AccessKey),
        Row("other0", "other", ActorTypes.ApiKey), Row("s", "other", ActorTypes.ApiKey), Row("s0", "s", ActorTypes.AccessKey),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task Each_is_found_once_whatever_a_step_may_read(int limit)
    {
        var found = new List<string>();
        var left = MadeWalk.From("r");
        while (left.Count > 0)
        {
            var reads = 0;
            (var rows, left) = await MadeWalk.NextAsync(left, limit, (position, most) =>
            {
                reads++;
                return ReadAsync(position, most);
            });
            Assert.InRange(rows.Count, 0, limit);
            Assert.InRange(reads, 1, limit);
            found.AddRange(rows.Select(row => row.Id));
        }

        Assert.Equal(
            Tree.Where(row => row.Id.StartsWith('r')).Select(row => row.Id).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_an_access_key_is_said_to_have_made_is_not_followed()
    {
        CredentialRow[] rows = [Row("a", "r", ActorTypes.AccessKey), Row("b", "a", ActorTypes.AccessKey)];

        var (found, left) = await MadeWalk.NextAsync(MadeWalk.From("r"), 100, (position, _) =>
            new ValueTask<List<CredentialRow>>([.. rows.Where(row => row.CreatedBy == position.MakerId)]));

        Assert.Equal(["a"], found.Select(row => row.Id));
        Assert.Empty(left);
    }

    private static ValueTask<List<CredentialRow>> ReadAsync(MadePosition position, int most) => new(
    [
        .. Tree.Where(row => row.CreatedBy == position.MakerId && string.CompareOrdinal(row.Id, position.After) > 0)
            .OrderBy(row => row.Id, StringComparer.Ordinal).Take(most),
    ]);

    private static CredentialRow Row(string id, string maker, string kind) =>
        new(id, "acc_a", kind, "x", id, [], 1, maker, CredentialRow.NoGrants, null, null, null);
}
