namespace Secronna.Configuration;

/// <summary>Secrets' keys as the keys of configuration: hierarchical, and the same in any case.</summary>
internal static class SecretKeys
{
    /// <summary>The secrets by their keys in configuration.</summary>
    /// <param name="secrets">The secrets, by their keys on the server.</param>
    /// <exception cref="InvalidDataException">Two keys become one: it names both.</exception>
    public static Dictionary<string, string?> Map(IEnumerable<(string Key, string Value)> secrets)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var origins = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in secrets)
        {
            var name = ConfigurationKey(key);
            if (!origins.TryAdd(name, key))
            {
                throw new InvalidDataException(
                    $"the secrets {origins[name]} and {key} are one key of configuration, {name}: rename or delete one of them");
            }

            values.Add(name, value);
        }

        return values;
    }

    private static string ConfigurationKey(string key) =>
        key.Replace("__", ":", StringComparison.Ordinal).Replace("--", ":", StringComparison.Ordinal);
}
