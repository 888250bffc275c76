using Secronna.Client;
using Secronna.Client.Testing;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Client;

public sealed class SecronnaFakeTests
{
    [Fact]
    public async Task What_is_set_is_fetched_and_on_record()
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
    public async Task Where_it_is_not_available_every_request_fails_so()
    {
        using var fake = new SecronnaFake { IsAvailable = false };
        using var client = fake.CreateClient();

        Assert.True((await Assert.ThrowsAsync<SecronnaException>(() => client.GetMeAsync())).IsUnavailable);
    }
}
