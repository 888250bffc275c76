using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Secronna.Tests.Consumers;

/// <summary>Reads texts with Node and its dotenv package, which <c>npm ci</c> installs in this file's folder.</summary>
internal static class NodeReader
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns what Node reads from each text: the keys and values, in their order.</summary>
    /// <param name="format"><c>dotenv</c> or <c>json</c>.</param>
    /// <param name="texts">The texts. One process reads all of them.</param>
    public static IReadOnlyList<IReadOnlyList<(string Key, string Value)>> Read(string format, IReadOnlyList<string> texts)
    {
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder(), "read.cjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = Utf8,
            StandardOutputEncoding = Utf8,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        node.StandardInput.Write(JsonSerializer.Serialize(texts.Select(text => new[] { format, text })));
        node.StandardInput.Close();
        node.WaitForExit();
        if (node.ExitCode != 0)
        {
            throw new InvalidOperationException($"node ended with {node.ExitCode}: run ./test.sh, or npm ci in {Folder()}");
        }

        return [.. JsonSerializer.Deserialize<string[][][]>(output.Result)!.Select(pairs => pairs.Select(pair => (pair[0], pair[1])).ToList())];
    }

    // The repository's folder is searched upwards from the folder that the tests run from.
    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Secronna.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return Path.Combine(folder.FullName, "tests", "Consumers");
    }
}
