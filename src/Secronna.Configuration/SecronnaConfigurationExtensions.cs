using Secronna.Client;
using Secronna.Configuration;

namespace Microsoft.Extensions.Configuration;

/// <summary>Adds secrets to the configuration.</summary>
public static class SecronnaConfigurationExtensions
{
    /// <summary>
    /// Adds the secrets of an environment; they win over sources that were added before. In their keys <c>__</c> and
    /// <c>--</c> become <c>:</c>. Loading fails with a <see cref="SecronnaException"/> where the server refuses or does not
    /// answer, and with an <see cref="InvalidDataException"/> where two secrets become one key; neither holds a value.
    /// </summary>
    /// <param name="builder">Where to.</param>
    /// <param name="configure">Says which environment, and what else is wanted.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">An option is missing, or none that can be.</exception>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the text names no environment.</exception>
    public static IConfigurationBuilder AddSecronna(
        this IConfigurationBuilder builder, Action<SecronnaConfigurationOptions> configure)
    {
        var options = new SecronnaConfigurationOptions();
        configure(options);
        return builder.Add(new SecronnaConfigurationSource(options));
    }
}
