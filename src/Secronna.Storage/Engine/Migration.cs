using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Secronna.Storage.Engine;

/// <summary>A migration that is embedded in the program.</summary>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>
    /// The SHA-256 of <see cref="Sql"/>, in hex. It shows whether a migration was changed after it was applied.
    /// </summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>Reads the embedded migrations of an engine, in order.</summary>
    /// <param name="engineFolder">The engine's folder below <c>Migrations</c>.</param>
    internal static List<Migration> ReadEmbedded(string engineFolder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = $"Secronna.Storage.Migrations.{engineFolder}.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = resource[folder.Length..^".sql".Length];
                var number = int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture);
                return new Migration(number, name, reader.ReadToEnd().ReplaceLineEndings("\n"));
            })];
    }
}
