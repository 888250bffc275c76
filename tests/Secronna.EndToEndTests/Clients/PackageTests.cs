using System.IO.Compression;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The packages as they would be published: their contents, and a program and a tool that use them.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Version = "0.1.0";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Libraries_have_documentation_and_symbols_and_a_program_can_use_them()
    {
        foreach (var name in (string[])["Secronna.Protocol", "Secronna.Client", "Secronna.Client.Testing", "Secronna.Configuration"])
        {
            await PackAsync(name);
            var files = Files($"{name}.{Version}.nupkg");
            Assert.Superset(new HashSet<string>(["README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"]), files);
            Assert.Contains($"lib/net10.0/{name}.pdb", Files($"{name}.{Version}.snupkg"));
            var about = await TextAsync($"{name}.{Version}.nupkg", $"{name}.nuspec");
            Assert.Contains("<readme>README.md</readme>", about, StringComparison.Ordinal);
            Assert.DoesNotContain("Package Description", about, StringComparison.Ordinal);
        }

        Directory.CreateDirectory(folder["consumer"]);
        await File.WriteAllTextAsync(folder["consumer/Consumer.csproj"],
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>{folder["cache"]}</RestorePackagesPath>
                <RestoreFallbackFolders>{Restored}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Secronna.Configuration" Version="{Version}" />
                <PackageReference Include="Secronna.Client.Testing" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(folder["consumer/Program.cs"],
            """
            using Microsoft.Extensions.Configuration;
            using Secronna.Client.Testing;

            using var secrets = new SecronnaFake();
            secrets.Set("web/production/A__B", "a value");
            using var client = secrets.CreateClient();
            Console.Write((await client.FetchSecretsAsync("web/production"))["A__B"]);
            Console.Write(", " + new ConfigurationBuilder().AddSecronna(o => (o.Client, o.Environment) = (client, "web/production")).Build()["A:B"]);
            """);
        // All other packages were restored for these tests, and are taken from there.
        await DotnetAsync("build", folder["consumer/Consumer.csproj"], "--source", folder["packages"], "-p:UseSharedCompilation=false", "-o", folder["built"]);
        Assert.Equal(new Ended(0, "a value, a value", ""), await ClientProgram.RunAsync(folder["built/Consumer"], folder.Path, [], ""));
    }

    [Fact]
    public async Task The_command_line_is_packed_as_one_tool_for_every_system()
    {
        await PackAsync("Secronna.Cli");
        Assert.Equal([folder[$"packages/Secronna.Cli.{Version}.nupkg"]], Directory.GetFiles(folder["packages"], "*.nupkg"));
        Assert.Superset(new HashSet<string>(["README.md", "tools/net10.0/any/secronna.dll"]), Files($"Secronna.Cli.{Version}.nupkg"));
        await DotnetAsync("tool", "install", "Secronna.Cli", "--tool-path", folder["tools"], "--source", folder["packages"], "--version", Version);
        Assert.Equal(new Ended(0, Version + "\n", ""), await ClientProgram.RunAsync(folder["tools/secronna"], folder.Path, [], "", "--version"));
    }

    private static string Restored => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // The repository is above the folder that the tests run from.
    private static string Root()
    {
        var above = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(above.FullName, "Secronna.slnx")))
        {
            above = above.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return above.FullName;
    }

    // Packs the project as it was built for these tests, in the same build configuration.
    private Task PackAsync(string name) => DotnetAsync(
        "pack", Path.Combine(Root(), "src", name), "--no-build", "-c", Directory.GetParent(AppContext.BaseDirectory)!.Parent!.Name, "-o", folder["packages"]);

    private async Task DotnetAsync(params string[] arguments)
    {
        var variables = new Dictionary<string, string>
        {
            // No build server may outlive the test.
            ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["NUGET_HTTP_CACHE_PATH"] = folder["http"],
        };
        var ended = await ClientProgram.RunAsync("/usr/bin/env", folder.Path, variables, "", ["dotnet", .. arguments], Patience);
        Assert.True(ended.ExitCode == 0, ended.Out + ended.Error);
    }

    private HashSet<string> Files(string package)
    {
        using var archive = ZipFile.OpenRead(folder["packages/" + package]);
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    private async Task<string> TextAsync(string package, string file)
    {
        using var archive = ZipFile.OpenRead(folder["packages/" + package]);
        using var reader = new StreamReader(archive.GetEntry(file)!.Open());
        return await reader.ReadToEndAsync();
    }
}
