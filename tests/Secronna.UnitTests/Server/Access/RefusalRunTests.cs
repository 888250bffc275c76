using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The entry that stands for many equal refusals.</summary>
public sealed class RefusalRunTests
{
    [Theory]
    [InlineData("incident 1", "incident 1", "incident 1")]
    [InlineData("incident 1", "incident 2", null)]
    [InlineData("incident 1", null, null)]
    [InlineData(null, "incident 1", null)]
    [InlineData(null, null, null)]
    public void A_count_keeps_the_reason_and_the_user_agent_only_if_all_its_refusals_agree(string? one, string? other, string? kept)
    {
        var first = Entry(one);
        var run = new RefusalRun(RefusalKind.Of(first, "sec_x"), first, 0);
        foreach (var text in new[] { one, one, other, one })
        {
            run.Count(Entry(text));
        }

        var count = Assert.Single(run.CountEntries);
        Assert.Equal((4, kept, kept), (count.Count, count.Reason, count.UserAgent));
    }

    private static TrailEntry Entry(string? text) => new()
    {
        WorkspaceId = "acc_x", Id = "aud_x", ActorType = ActorTypes.ApiKey, ActorId = "key_x", Action = AuditActions.SecretReveal,
        Outcome = AuditOutcomes.Denied, Ip = "127.0.0.1", UserAgent = text, Reason = text,
    };
}
