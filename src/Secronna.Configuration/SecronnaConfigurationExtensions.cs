using Secronna.Client;
using Secronna.Configuration;

// The extension method is in the namespace of the type that it extends, where applications already look for it.
#pragma warning disable IDE0130
namespace Microsoft.Extensions.Configuration;
#pragma warning restore IDE0130

/// <summary>Adds the secrets of an environment to the configuration.</summary>
public static class SecronnaConfigurationExtensions
{
    /// <summary>
    /// Adds the secrets of an environment as a source, which takes precedence over the sources that were added before. In the
    /// keys, <c>__</c> and <c>--</c> become <c>:</c>. Loading throws a <see cref="SecronnaException"/> where the server refuses
    /// or does not answer, and an <see cref="InvalidDataException"/> where two secrets get the same key. Neither exception holds
    /// a value.
    /// </summary>
    /// <param name="builder">The builder to add to.</param>
    /// <param name="configure">Sets the options. <see cref="SecronnaConfigurationOptions.Environment"/> must be set.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">An option is missing or invalid.</exception>
    /// <exception cref="SecronnaException">VALIDATION_ERROR: the environment's name has neither of its two forms.</exception>
    public static IConfigurationBuilder AddSecronna(
        this IConfigurationBuilder builder, Action<SecronnaConfigurationOptions> configure)
    {
        var options = new SecronnaConfigurationOptions();
        configure(options);
        return builder.Add(new SecronnaConfigurationSource(options));
    }
}
