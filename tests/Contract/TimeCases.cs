using System.Text.Json.Nodes;
using Secronna.Protocol;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Cases about the passing of time, for servers whose clock a test can advance.</summary>
internal static class TimeCases
{
    public static IReadOnlyDictionary<string, Func<ContractDriver, Action<TimeSpan>, Task>> All { get; } =
        new Dictionary<string, Func<ContractDriver, Action<TimeSpan>, Task>>
        {
            ["an access key expires"] = ExpireAsync,
            ["a changed expiry counts from the change"] = ChangeAsync,
        };

    private static async Task ExpireAsync(ContractDriver server, Action<TimeSpan> advance)
    {
        var created = await server.DoAsync(CreateAccessKey("ci", 2));
        var lasting = server.As(await server.TextAsync(CreateAccessKey("lasting"), "token"));
        var key = server.As((string)created["token"]!);
        advance(TimeSpan.FromDays(2) - TimeSpan.FromMinutes(1));
        Assert.Equal((string)created["id"]!, await key.TextAsync(Me(), "actorId"));
        advance(TimeSpan.FromMinutes(1));
        await key.FailsAsync("AUTH_REQUIRED", Me());
        await lasting.DoAsync(Me());
        bool IsTheKey(JsonNode listed) => (string)listed["id"]! == (string)created["id"]!;
        var listed = Assert.Single(await server.ListUntilAsync(ListAccessKeys(), keys => keys.Single(IsTheKey)["lastUsedAt"] is not null), IsTheKey);
        Assert.Equal((string)created["expiresAt"]!, (string)listed["expiresAt"]!);
        Assert.Null(listed["revokedAt"]);
        Assert.EndsWith(":00Z", (string)listed["lastUsedAt"]!, StringComparison.Ordinal);
    }

    private static async Task ChangeAsync(ContractDriver server, Action<TimeSpan> advance)
    {
        var created = await server.DoAsync(CreateAccessKey("ci", 1));
        var key = server.As((string)created["token"]!);
        advance(TimeSpan.FromHours(23));
        var change = new Operation(
            "PATCH", $"/access-keys/{created["id"]}", new JsonObject { ["expiresInDays"] = 1, ["name"] = "longer" },
            async client => await client.AccessKeys.ChangeAsync((string)created["id"]!, new AccessKeyChangeRequest("longer", 1, null)));
        Assert.Equal("longer", await server.TextAsync(change, "name"));
        advance(TimeSpan.FromHours(23));
        Assert.Equal("longer", await key.TextAsync(Me(), "name"));
        advance(TimeSpan.FromHours(2));
        await key.FailsAsync("AUTH_REQUIRED", Me());
    }

    /// <summary>An idempotency key is remembered for 24 hours by the database's clock.</summary>
    public static async Task RepeatAsync(HttpDriver server, Action<TimeSpan> advance)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        var write = Write(environment, "A", "one") with { IdempotencyKey = "k" };
        await server.DoAsync(write);
        advance(TimeSpan.FromHours(23));
        Assert.Equal(1, (int)(await server.DoAsync(write))["version"]!);
        advance(TimeSpan.FromHours(2));
        Assert.Equal(2, (int)(await server.DoAsync(write))["version"]!);
    }
}
