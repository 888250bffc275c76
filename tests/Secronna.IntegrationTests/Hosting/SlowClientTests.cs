using System.Net.Sockets;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Hosting;

/// <summary>Slow clients and clients that hold many connections do not keep others from being served.</summary>
[RunsAlone]
[Trait(TestEngine.Trait, TestEngine.Any)]
[FlawClass("denial of service")]
public sealed class SlowClientTests
{
    [Fact]
    public async Task Requests_whose_head_never_ends_are_given_up_while_another_client_is_served()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Http.MaxConnectionsPerAddress = 0);
        var workspace = await server.NewWorkspaceAsync();
        var slow = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => RawConnection.OpenAsync(server.Address)));
        await Task.WhenAll(slow.Select(connection => connection.SendAsync("GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: ")));

        (await workspace.Api.GetAsync("/me")).Is(200);
        var ends = Task.WhenAll(slow.Select(connection => connection.ReceiveAsync()));
        while (!ends.IsCompleted)
        {
            (await workspace.Api.GetAsync("/me")).Is(200);
            // Sending more bytes does not extend the time.
            await Task.WhenAll(slow.Select(connection => Record.ExceptionAsync(() => connection.SendAsync("a")).AsTask()));
        }

        Assert.All(await ends, end => Assert.True(end.Length == 0 || end.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), end));
        Array.ForEach(slow, connection => connection.Dispose());
    }

    [Fact]
    public async Task A_body_that_takes_too_long_is_refused_and_its_memory_is_released()
    {
        const int InHand = 32;
        var time = TestClock.New();
        await using var server = await TestServer.StartAsync(settings => settings.Limits.RequestsAtOnce = InHand, time);
        var environment = await server.NewTestEnvironmentAsync();
        var slow = await Task.WhenAll(Enumerable.Range(0, InHand).Select(_ => BeginBatchAsync(environment)));
        await Task.WhenAll(slow.Select(connection => connection.ReceiveAsync("100 Continue")));
        using (var beyond = await BeginBatchAsync(environment))
        {
            Assert.Contains("429", await beyond.ReceiveAsync("requestId"), StringComparison.Ordinal);
        }

        time.Advance(TimeSpan.FromSeconds(61));

        foreach (var connection in slow)
        {
            var answer = await connection.ReceiveAsync();
            Assert.Contains("HTTP/1.1 400", answer, StringComparison.Ordinal);
            Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
            Assert.Contains("the body took longer than 60 seconds to arrive", answer, StringComparison.Ordinal);
            connection.Dispose();
        }

        using var after = await BeginBatchAsync(environment);
        await after.ReceiveAsync("100 Continue");
    }

    [Fact]
    public async Task New_connections_beyond_the_limit_do_no_harm_to_the_open_ones()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Http.MaxConnections = 4);
        var held = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RawConnection.OpenAsync(server.Address)));
        await AllServedAsync(held);

        for (var i = 0; i < 20; i++)
        {
            Assert.False(await IsServedAsync(server));
        }

        await AllServedAsync(held);
        held[0].Dispose();
        await Until.HoldsAsync("a connection is free again", () => IsServedAsync(server));
        Array.ForEach(held, connection => connection.Dispose());
    }

    [Fact]
    public async Task One_address_cannot_take_all_connections()
    {
        await using var server = await TestServer.StartAsync(settings => settings.Http.MaxConnectionsPerAddress = 3);
        var held = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RawConnection.OpenAsync(server.Address, "127.0.0.2")));
        await AllServedAsync(held);

        for (var i = 0; i < 20; i++)
        {
            Assert.False(await IsServedAsync(server, "127.0.0.2"));
        }

        await AllServedAsync(held);
        Assert.True(await IsServedAsync(server, "127.0.0.3"));
        Assert.Single(server.Log.Lines, line => line.Contains("Address 127.0.0.2 has 3 connections", StringComparison.Ordinal));
        held[0].Dispose();
        await Until.HoldsAsync("a connection is free again", () => IsServedAsync(server, "127.0.0.2"));
        Array.ForEach(held, connection => connection.Dispose());
    }

    [Fact]
    public async Task The_limit_per_address_does_not_apply_to_a_trusted_proxy()
    {
        await using var server = await TestServer.StartAsync(settings =>
        {
            settings.Http.MaxConnectionsPerAddress = 1;
            settings.Http.TrustedProxies.Add(System.Net.IPNetwork.Parse("127.0.0.2/32"));
        });
        var held = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RawConnection.OpenAsync(server.Address, "127.0.0.2")));
        await AllServedAsync(held);
        Array.ForEach(held, connection => connection.Dispose());
    }

    private static async Task<RawConnection> BeginBatchAsync(TestEnvironment environment)
    {
        var connection = await RawConnection.OpenAsync(environment.Server.Address);
        await connection.SendAsync(
            $"POST {ApiClient.Base}{environment.SecretsPath}/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {environment.Workspace.Token}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 4194304\r\nExpect: 100-continue\r\n\r\n");
        return connection;
    }

    private static async Task AllServedAsync(RawConnection[] connections) =>
        Assert.All(await Task.WhenAll(connections.Select(connection => connection.IsServedAsync())), Assert.True);

    private static async Task<bool> IsServedAsync(TestServer server, string? from = null)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(server.Address, from);
            return await connection.IsServedAsync();
        }
        catch (SocketException)
        {
            // The server closed the connection before this client saw it open.
            return false;
        }
    }
}
