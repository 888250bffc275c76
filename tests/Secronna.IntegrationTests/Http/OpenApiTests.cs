using System.Text.Json;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>
/// The OpenAPI document that the server gives equals api/openapi.json. With the variable SECRONNA_UPDATE_OPENAPI=1 the test
/// writes the file.
/// </summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class OpenApiTests(SharedServer shared)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public async Task The_served_document_equals_the_committed_one()
    {
        var served = JsonSerializer.Serialize(await DocumentAsync(), Indented) + "\n";
        var file = Path.Combine(Root(), "api", "openapi.json");
        if (Environment.GetEnvironmentVariable("SECRONNA_UPDATE_OPENAPI") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, served);
        }

        Assert.True(File.Exists(file), "api/openapi.json is missing: run this test with SECRONNA_UPDATE_OPENAPI=1");
        using var reader = new StreamReader(file);
        Assert.Equal(await reader.ReadToEndAsync(), served);
    }

    [Fact]
    public async Task The_document_has_every_route_and_says_which_need_a_credential()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");
        var operations = paths.EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject()
                .Select(operation => (Name: $"{operation.Name.ToUpperInvariant()} {path.Name[ApiClient.Base.Length..]}", operation.Value)))
            .ToDictionary(operation => operation.Name, operation => operation.Value);

        Assert.Equal(RouteCalls.All.Keys.Order(StringComparer.Ordinal), operations.Keys.Order(StringComparer.Ordinal));
        Assert.All(operations, operation => Assert.Equal(operation.Key != "GET /auth/config", operation.Value.Has("security")));
    }

    private async Task<JsonElement> DocumentAsync()
    {
        var server = await shared.GetAsync();
        return (await server.Anyone.SendToAsync("GET", "/openapi/v1.json")).Is(200).Root;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Secronna.slnx")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))
                ?? throw new InvalidOperationException("the tests don't run within the repository");
        }

        return folder;
    }
}
