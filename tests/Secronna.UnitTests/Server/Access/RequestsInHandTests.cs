using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>The requests that a credential and a workspace have in hand at once are bounded (S31).</summary>
public sealed class RequestsInHandTests
{
    [Fact]
    public void A_credential_has_at_most_its_limit_in_hand_and_a_workspace_twice_as_many()
    {
        var requests = new RequestsInHand(new LimitSettings { RequestsAtOnce = 2 });
        foreach (var id in (string[])["key_1", "key_1", "key_2", "key_2"])
        {
            requests.Enter(NewCaller(id));
        }

        Assert.Contains("this credential may have at most 2 requests in hand", MessageOf(() => requests.Enter(NewCaller("key_1"))), StringComparison.Ordinal);
        Assert.Contains("this workspace may have at most 4 requests in hand", MessageOf(() => requests.Enter(NewCaller("key_3"))), StringComparison.Ordinal);
        requests.Enter(NewCaller("key_1") with { WorkspaceId = "acc_b" });

        requests.Leave(NewCaller("key_1"));
        requests.Enter(NewCaller("key_3"));
        Assert.Throws<ShareUsedUpException>(() => requests.Enter(NewCaller("key_1")));
    }

    [Fact]
    public void A_limit_of_0_means_no_limit()
    {
        var requests = new RequestsInHand(new LimitSettings { RequestsAtOnce = 0 });
        for (var i = 0; i < 10_000; i++)
        {
            requests.Enter(NewCaller("key_1"));
        }
    }

    private static string MessageOf(Action action) => Assert.Throws<ShareUsedUpException>(action).Message;

    private static Caller NewCaller(string id) => new(ActorTypes.ApiKey, id, "acc_a", null, Role.Admin, RequestOrigin.OfCommand);
}
