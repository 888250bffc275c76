using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.IdentityProvider;

/// <summary>The test identity provider as a program of its own.</summary>
[Trait(TestEngine.Trait, TestEngine.Sqlite)]
public sealed class ProviderProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("secronna-provider-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_program_prints_its_issuer_and_knows_the_people_of_the_file_and_rotates_and_ends_on_SIGTERM()
    {
        var people = Path.Combine(folder, "people.json");
        await File.WriteAllTextAsync(people, """[{"sub":"usr_eve","accountId":"acc_eve","name":"Eve","mfaVerified":true}]""");
        using var process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "secronna-identity-provider"),
            ["--port", "0", "--people", people, "--device-code-lifetime", "30", "--interval", "0.2"])
        {
            RedirectStandardOutput = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token);
            Assert.StartsWith("issuer http://127.0.0.1:", line, StringComparison.Ordinal);
            using var http = new HttpClient { BaseAddress = new Uri(line!["issuer ".Length..]) };

            var device = await PostAsync(http, "device_authorization", ("client_id", "secronna-cli"), ("scope", "openid"));
            Assert.InRange((long)device["expires_in"]!, 1, 30);
            Assert.Equal(1, (long?)device["interval"]);
            var page = await http.GetStringAsync((string?)device["verification_uri_complete"], patience.Token);
            Assert.Contains("Eve", page, StringComparison.Ordinal);

            var before = await http.GetFromJsonAsync<JsonObject>(".well-known/jwks.json", patience.Token);
            var next = await PostAsync(http, "test/rotate?keepOld=false");
            var after = await http.GetFromJsonAsync<JsonObject>(".well-known/jwks.json", patience.Token);
            Assert.NotEqual((string?)before!["keys"]![0]!["kid"], (string?)next["kid"]);
            Assert.Equal((string?)next["kid"], (string?)Assert.Single(after!["keys"]!.AsArray())!["kid"]);

            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync(patience.Token);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<JsonObject> PostAsync(HttpClient http, string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.ToDictionary(field => field.Name, field => field.Value));
        using var response = await http.PostAsync(path, form);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
    }
}
