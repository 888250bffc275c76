using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.Access;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.IntegrationTests.Access;

/// <summary>Changes of the allowlist and of credentials take effect on every node within a second (S22).</summary>
[RunsAlone]
[DependsOnTransactions]
[FlawClass("revocation")]
public sealed class RevocationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = TestClock.New();

    [Fact]
    public async Task A_revoked_access_key_and_a_deleted_API_key_are_refused_within_a_second()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        var access = await workspace.NewAccessKeyAsync();
        var api = (await workspace.Api.PostAsync("/api-keys", """{"name":"x"}""")).Is(201).Data;
        var clients = new[] { server.With(access.Text("token")), server.With(api.Text("token")) };
        await CheckAllAsync(clients, 200);
        (await workspace.Api.PostAsync($"/access-keys/{access.Text("id")}/revoke")).Is(200);
        (await workspace.Api.DeleteAsync("/api-keys/" + api.Text("id"))).Is(200);

        time.Advance(Second);

        await CheckAllAsync(clients, 401);
        (await workspace.Api.GetAsync("/me")).Is(200);
    }

    [Fact]
    public async Task A_request_whose_credential_is_revoked_while_it_sends_its_body_is_refused()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await (await server.NewWorkspaceAsync()).NewTestEnvironmentAsync();
        await environment.WriteAsync("KEY", "a-value-not-to-be-had");
        var key = await environment.Workspace.NewAccessKeyAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1/environments/{environment.Id}/reveal HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + $"Connection: close\r\nAuthorization: Bearer {key.Text("token")}\r\nContent-Length: 2\r\n\r\n{{"));
        // The server notes the last use when it admits the request.
        await Until.HoldsAsync(
            "the request is admitted",
            async () => (await environment.Api.GetAsync("/access-keys")).Is(200).Data[0].GetProperty("lastUsedAt").ValueKind != JsonValueKind.Null);
        (await environment.Api.PostAsync($"/access-keys/{key.Text("id")}/revoke")).Is(200);
        time.Advance(Second);

        await stream.WriteAsync("}"u8.ToArray());

        var answer = await new StreamReader(stream).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("a-value-not-to-be-had", answer, StringComparison.Ordinal);
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.reveal"));
    }

    [Fact]
    public async Task A_key_that_is_revoked_while_its_batch_waits_for_a_place_writes_nothing()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var environment = await (await server.NewWorkspaceAsync()).NewTestEnvironmentAsync();
        var key = await environment.Workspace.NewGrantedKeyAsync("web/production: write");
        var gate = server.Services.GetRequiredService<BatchGate>().Gate;
        var places = new List<FairGate.Place>();
        for (var i = 0; i < Shares.Part(gate.Places, 50); i++)
        {
            places.Add(await gate.EnterAsync(new CredentialKey(environment.Workspace.Id, "key", $"{i}"), CancellationToken.None));
        }

        var batch = server.With(key.Text("token")).PostAsync(
            environment.SecretsPath + "/batch", """{"secrets":[{"key":"A","value":"1"},{"key":"B","value":"2"}]}""");
        // The server notes the last use when it admits the request.
        await Until.HoldsAsync(
            "the request is admitted",
            async () => (await environment.Api.GetAsync("/access-keys")).Is(200).Data[0].GetProperty("lastUsedAt").ValueKind != JsonValueKind.Null);
        (await environment.Api.PostAsync($"/access-keys/{key.Text("id")}/revoke")).Is(200);
        time.Advance(Second);
        places.ForEach(place => place.Dispose());

        (await batch).IsError(401, "AUTH_REQUIRED");
        Assert.Empty((await environment.Api.GetAsync(environment.SecretsPath)).Is(200).Data.EnumerateArray());
    }

    [Fact]
    public async Task A_credential_revoked_by_another_process_is_refused_within_a_second()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var workspace = await server.NewWorkspaceAsync();
        (await workspace.Api.GetAsync("/me")).Is(200);
        await using var another = await server.OpenAgainAsync();
        await another.Database.WriteAsync(workspace.ApiKeyId, static async (transaction, id) =>
        {
            await CredentialTable.RevokeAsync(transaction, id, 1);
            return true;
        });

        time.Advance(Second);

        (await workspace.Api.GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task A_workspace_denied_by_another_process_is_refused_within_a_second_and_the_refusal_is_logged()
    {
        await using var server = await TestServer.StartAsync(time: time);
        var (workspace, other) = (await server.NewWorkspaceAsync(), await server.NewWorkspaceAsync());
        await CheckAllAsync([workspace.Api, other.Api], 200);
        await using var another = await server.OpenAgainAsync();
        await TestServer.DenyAsync(another.Database, workspace.Id);

        time.Advance(Second);

        (await workspace.Api.GetAsync("/me")).IsError(403, "FORBIDDEN");
        (await other.Api.GetAsync("/me")).Is(200);
        Assert.Contains(server.Log.Lines, line =>
            line.Contains(workspace.Id, StringComparison.Ordinal) && line.Contains(workspace.ApiKeyId, StringComparison.Ordinal));
        await TestServer.AllowAsync(another.Database, time, workspace.Id);
        time.Advance(Second);
        (await workspace.Api.GetAsync("/me")).Is(200);
    }

    [Fact]
    public async Task An_access_key_is_valid_until_just_before_its_expiry()
    {
        await using var server = await TestServer.StartAsync(time: time);
        await server.AdvanceAsync(time, TimeSpan.Zero);
        var workspace = await server.NewWorkspaceAsync();
        var key = await workspace.NewAccessKeyAsync(days: 1);
        var client = server.With(key.Text("token"));
        (await client.GetAsync("/me")).Is(200);

        await server.AdvanceAsync(time, key.Time("expiresAt") - time.GetUtcNow() - TimeSpan.FromMilliseconds(100));
        (await client.GetAsync("/me")).Is(200);
        await server.AdvanceAsync(time, TimeSpan.FromMilliseconds(100));

        (await client.GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task A_changed_expiry_takes_effect_within_a_second()
    {
        await using var server = await TestServer.StartAsync(time: time);
        await server.AdvanceAsync(time, TimeSpan.Zero);
        var workspace = await server.NewWorkspaceAsync();
        var key = await workspace.NewAccessKeyAsync(days: 3_000);
        var client = server.With(key.Text("token"));
        (await client.GetAsync("/me")).Is(200);
        (await workspace.Api.PatchAsync("/access-keys/" + key.Text("id"), """{"expiresInDays":1}""")).Is(200);

        await server.AdvanceAsync(time, TimeSpan.FromDays(1) + Second);

        (await client.GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
    }

    private static async Task CheckAllAsync(IEnumerable<ApiClient> clients, int status)
    {
        foreach (var client in clients)
        {
            (await client.GetAsync("/me")).Is(status);
        }
    }
}
