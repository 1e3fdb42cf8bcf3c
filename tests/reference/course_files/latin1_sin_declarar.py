# Inicialización de una red neuronal: ¿por dónde empezar?
# Autor: Peña
import numpy as np
import matplotlib.pyplot as plt


def initialize_parameters_zeros(layers_dims):
    """ Todo a cero: así no aprende (¡simetría!). """
    parametros = {}
    for capa in range(1, len(layers_dims)):
        parametros['W' + str(capa)] = np.zeros((layers_dims[capa], layers_dims[capa - 1]))
        parametros['b' + str(capa)] = np.zeros((layers_dims[capa], 1))
    return parametros


def initialize_parameters_he(layers_dims):
    """ Según He: desviación típica sqrt(2 / n) """
    np.random.seed(3)
    parametros = {}
    for capa in range(1, len(layers_dims)):
        desviacion = np.sqrt(2.0 / layers_dims[capa - 1])  # tamaño de la capa anterior
        parametros['W' + str(capa)] = np.random.normal(0, desviacion, (layers_dims[capa], layers_dims[capa - 1]))
        parametros['b' + str(capa)] = np.zeros((layers_dims[capa], 1))
    return parametros


plt.title("Función de coste según la inicialización")
plt.show()
