using System.Net.Sockets;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>Clients that take their time, and those that take connections, leave room for others.</summary>
public sealed class SlowClientTests
{
    [Fact]
    public async Task Heads_that_never_end_are_given_up_and_an_honest_client_is_served_meanwhile()
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
            // A byte more in time doesn't help them.
            await Task.WhenAll(slow.Select(connection => Record.ExceptionAsync(() => connection.SendAsync("a")).AsTask()));
        }

        Assert.All(await ends, end => Assert.True(end.Length == 0 || end.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), end));
        Array.ForEach(slow, connection => connection.Dispose());
    }

    [Fact]
    public async Task A_body_that_takes_too_long_in_all_is_refused_and_gives_its_memory_back()
    {
        // As many as the budget for large bodies has room for: 256 MiB, twice 4 MiB for each.
        const int Room = 32;
        var time = Clock.New();
        await using var server = await TestServer.StartAsync(time: time);
        var place = await server.NewPlaceAsync();
        var slow = await Task.WhenAll(Enumerable.Range(0, Room).Select(_ => BeginBatchAsync(place)));
        await Task.WhenAll(slow.Select(connection => connection.ReceiveAsync("100 Continue")));
        using (var beyond = await BeginBatchAsync(place))
        {
            Assert.Contains("503", await beyond.ReceiveAsync("requestId"), StringComparison.Ordinal);
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

        using var after = await BeginBatchAsync(place);
        await after.ReceiveAsync("100 Continue");
    }

    [Fact]
    public async Task Who_comes_when_all_connections_are_taken_does_no_harm_to_those_who_have_one()
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
        await Eventually.TrueAsync(() => IsServedAsync(server), "a connection that is free again");
        Array.ForEach(held, connection => connection.Dispose());
    }

    [Fact]
    public async Task One_address_can_not_take_all_connections()
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
        await Eventually.TrueAsync(() => IsServedAsync(server, "127.0.0.2"), "a connection that is free again");
        Array.ForEach(held, connection => connection.Dispose());
    }

    [Fact]
    public async Task A_trusted_proxy_has_the_connections_of_many()
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

    private static async Task<RawConnection> BeginBatchAsync(Place place)
    {
        var connection = await RawConnection.OpenAsync(place.Server.Address);
        await connection.SendAsync(
            $"POST {ApiClient.Base}{place.Secrets}/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {place.Workspace.Token}\r\n"
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
            // Closed before it was open here.
            return false;
        }
    }
}
