using Secronna.Client;
using Secronna.Client.Testing;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Client.Testing;

/// <summary>What the fake offers besides the API.</summary>
public sealed class SecronnaFakeTests
{
    [Fact]
    public async Task A_value_that_is_set_can_be_fetched_which_leaves_an_audit_entry()
    {
        using var fake = new SecronnaFake();
        fake.Set("web/production/A", "one");
        fake.Set("web/production/A", "two");
        using var client = fake.CreateClient();

        Assert.Equal("two", (await client.FetchSecretsAsync("web/production"))["A"]);
        Assert.Equal("one", (await client.Secrets.RevealAsync("web/production/A", 1)).Value);
        var reveals = 0;
        await foreach (var entry in client.ListAuditAsync(new AuditFilter { Action = AuditActions.SecretReveal }))
        {
            reveals++;
        }

        Assert.Equal(2, reveals);
    }

    [Fact]
    public async Task While_the_fake_is_not_available_every_request_fails_with_UNAVAILABLE()
    {
        using var fake = new SecronnaFake { IsAvailable = false };
        using var client = fake.CreateClient();

        Assert.True((await Assert.ThrowsAsync<SecronnaException>(() => client.GetMeAsync())).IsUnavailable);
    }
}
