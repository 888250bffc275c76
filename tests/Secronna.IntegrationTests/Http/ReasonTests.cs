using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The header <c>Secronna-Reason</c> stands in every audit entry of its request, or refuses the request.</summary>
public sealed class ReasonTests(SharedServer shared)
{
    private const string Header = "Secronna-Reason";

    [Fact]
    public async Task Every_entry_of_a_request_keeps_the_reason_also_of_a_refusal()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("A");
        await environment.WriteAsync("B");

        var replies = new[]
        {
            await environment.Api.SendAsync("POST", $"/secrets/{id}/reveal", null, (Header, "incident 4711")),
            await environment.Api.SendAsync("POST", $"/environments/{environment.Id}/reveal", null, (Header, "incident 4711")),
            await environment.Api.SendAsync("POST", "/secrets/sec_x/reveal", null, (Header, "incident 4711")),
            await environment.Api.SendAsync("PUT", environment.SecretsPath, """{"key":"A","value":"v"}""", (Header, "incident 4711")),
            await environment.Api.SendAsync("POST", "/api-keys", """{"name":"x"}""", (Header, "incident 4711")),
            await environment.Api.SendAsync("DELETE", $"/projects/{environment.ProjectId}?force=true", null, (Header, "incident 4711")),
        };

        Assert.Equal([200, 200, 404, 201, 201, 200], replies.Select(reply => reply.Status));
        var entries = (await environment.Workspace.AuditAsync()).FindAll(entry => replies.Any(reply => reply.RequestId == entry.Text("requestId")));
        Assert.Equal(8, entries.Count);
        Assert.All(entries, entry => Assert.Equal("incident 4711", entry.Text("reason")));
        Assert.All(
            (await environment.Workspace.AuditAsync("action=environment.create")), entry => Assert.True(entry.IsNull("reason")));
    }

    [Fact]
    public async Task A_reason_beyond_ASCII_is_recorded_decoded()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");

        (await environment.Api.SendAsync("POST", $"/secrets/{id}/reveal", null, (Header, "UTF-8''St%C3%B6rung%20%F0%9F%94%A5"))).Is(200);

        Assert.Equal("Störung 🔥", Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal")).Text("reason"));
    }

    [Theory]
    [InlineData("UTF-8''a%0Acanary")]
    [InlineData("UTF-8''%E2%80%AEcanary")]
    [InlineData("UTF-8''canary%")]
    [InlineData("UTF-8''%20")]
    public async Task A_malformed_reason_is_refused_before_anything_is_done(string reason)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        var before = (await environment.Workspace.AuditAsync()).Count;

        foreach (var reply in new[]
        {
            await environment.Api.SendAsync("PUT", environment.SecretsPath, """{"key":"NEW","value":"v"}""", (Header, reason)),
            await environment.Api.SendAsync("POST", $"/secrets/{id}/reveal", null, (Header, reason)),
            await environment.Api.SendAsync("POST", "/secrets/sec_x/reveal", null, (Header, reason)),
            await environment.Api.SendAsync("GET", "/me", null, (Header, reason)),
            await environment.Api.SendAsync("GET", "/projects?limit=0", null, (Header, reason)),
        })
        {
            Assert.Equal("reason", reply.IsInvalid(Header).Param);
            Assert.DoesNotContain("canary", reply.Text, StringComparison.Ordinal);
        }

        Assert.Equal(before, (await environment.Workspace.AuditAsync()).Count);
        Assert.Single((await environment.Api.GetAsync(environment.SecretsPath)).Is(200).Data.EnumerateArray());
    }

    [Fact]
    public async Task A_reason_that_is_too_long_repeated_or_not_encoded_is_refused()
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.SendAsync("GET", "/me", null, (Header, new string('x', 500)))).Is(200);
        Assert.Equal("reason", (await workspace.Api.SendAsync("GET", "/me", null, (Header, new string('x', 501)))).IsInvalid(Header).Param);
        foreach (var headers in new[] { $"{Header}: a\r\n{Header}: b\r\n", $"{Header}: Störung\r\n", $"{Header}:\r\n" })
        {
            var request = $"GET {ApiClient.Base}/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {workspace.Token}\r\n{headers}\r\n";
            Assert.Contains("\"param\":\"reason\"", await RawHttp.SendAsync(workspace.Server.Address, Encoding.UTF8.GetBytes(request)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_has_no_valid_credential_is_told_that_and_nothing_of_the_reason()
    {
        var server = await shared.GetAsync();

        (await server.Anyone.SendAsync("GET", "/me", null, (Header, "UTF-8''%"))).IsError(401, "AUTH_REQUIRED");
        (await server.With("garbage").SendAsync("GET", "/me", null, (Header, "UTF-8''%"))).IsError(401, "AUTH_REQUIRED");
    }
}
